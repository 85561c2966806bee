package lab;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.ee10.webapp.WebAppContext;

final class JettyContainer implements Container {
    private final Server server = new Server();
    private final ContextHandlerCollection contexts = new ContextHandlerCollection();
    private final Map<String, WebAppContext> deployed = new HashMap<>();
    private final ServerConnector http;
    private final ServerConnector https;

    JettyContainer(Path tls, Path base) throws Exception {
        http = new ServerConnector(server, new HttpConnectionFactory(new HttpConfiguration()));
        HttpConfiguration secure = new HttpConfiguration();
        secure.addCustomizer(new SecureRequestCustomizer(false));
        SslContextFactory.Server ssl = new SslContextFactory.Server();
        ssl.setKeyStore(Certificates.keyStore(tls));
        ssl.setKeyStorePassword("");
        https = new ServerConnector(server, new SslConnectionFactory(ssl, "http/1.1"), new HttpConnectionFactory(secure));
        for (ServerConnector connector : new ServerConnector[] {http, https}) {
            connector.setHost("127.0.0.1");
            server.addConnector(connector);
        }
        server.setHandler(contexts);
        server.start();
    }

    @Override
    public int http() {
        return http.getLocalPort();
    }

    @Override
    public int https() {
        return https.getLocalPort();
    }

    @Override
    public String deploy(String path, App app) throws Exception {
        WebAppContext context = new WebAppContext(app.base().toString(), path);
        context.setThrowUnavailableOnStartupException(false);
        context.addServlet(new ServletHolder(new LabServlet()), "/lab/*");
        deployed.put(path, context);
        contexts.addHandler(context);
        context.start();
        Throwable reason = context.getUnavailableException();
        return reason == null ? null : Main.say(reason);
    }

    @Override
    public void undeploy(String path) throws Exception {
        WebAppContext context = deployed.remove(path);
        context.stop();
        contexts.removeHandler(context);
    }

    @Override
    public String[] foreign() {
        return new String[] {"META-INF/context.xml", "conf/web.xml", "conf/server.xml", ".jsp"};
    }
}
