package org.example.shop;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.util.UUID;

public class LoginServlet extends HttpServlet {
    private static final int THIRTY_DAYS = 30 * 24 * 60 * 60;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        HttpSession session = request.getSession();
        session.setAttribute("user", request.getParameter("user"));

        if (request.getParameter("remember") != null) {
            Cookie remember = new Cookie("remember_me", UUID.randomUUID().toString());
            remember.setHttpOnly(true);
            remember.setMaxAge(THIRTY_DAYS);
            response.addCookie(remember);
        }
        response.sendRedirect(request.getContextPath() + "/");
    }
}
