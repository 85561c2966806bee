package lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.ContextConfig;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.valves.RemoteIpValve;
import org.apache.jasper.servlet.JasperInitializer;
import org.apache.jasper.servlet.JspServlet;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.apache.tomcat.util.scan.StandardJarScanner;

final class TomcatContainer implements Container {
    private static final Logger QUIET = Logger.getLogger("org.apache");
    private final Tomcat tomcat = new Tomcat();
    private final Connector http = connector();
    private final Connector https = connector();

    TomcatContainer(Path tls, Path base) throws Exception {
        QUIET.setLevel(System.getenv("LAB_TRACE") == null ? Level.OFF : Level.WARNING);
        Files.createDirectories(base.resolve("webapps"));
        tomcat.setBaseDir(base.toString());
        https.setScheme("https");
        https.setSecure(true);
        https.setProperty("SSLEnabled", "true");
        SSLHostConfig host = new SSLHostConfig();
        SSLHostConfigCertificate certificate = new SSLHostConfigCertificate(host, SSLHostConfigCertificate.Type.EC);
        certificate.setCertificateFile(tls.resolve("cert.pem").toString());
        certificate.setCertificateKeyFile(tls.resolve("key.pem").toString());
        host.addCertificate(certificate);
        https.addSslHostConfig(host);
        tomcat.setConnector(http);
        tomcat.getService().addConnector(https);
        tomcat.start();
    }

    private static Connector connector() {
        Connector connector = new Connector("org.apache.coyote.http11.Http11NioProtocol");
        connector.setPort(0);
        connector.setProperty("address", "127.0.0.1");
        return connector;
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
    public String deploy(String path, App app) {
        ContextConfig config = new ContextConfig() {
            @Override
            protected synchronized void beforeStart() {
                if (app.defaultWebXml() != null) setDefaultWebXml(app.defaultWebXml().toString());
                super.beforeStart();
            }
        };
        StandardContext context = new StandardContext();
        context.setName(path);
        context.setPath(path);
        context.setDocBase(app.base().toString());
        Path own = app.base().resolve("META-INF/context.xml");
        if (Files.exists(own)) context.setConfigFile(url(own));
        context.addLifecycleListener(new Tomcat.DefaultWebXmlListener());
        config.setDefaultWebXml(tomcat.noDefaultWebXmlPath());
        context.addLifecycleListener(config);
        StandardJarScanner scanner = new StandardJarScanner();
        scanner.setScanClassPath(false);
        scanner.setScanManifest(false);
        context.setJarScanner(scanner);
        context.setParentClassLoader(LabServlet.class.getClassLoader());
        if (app.trustsProxy()) context.getPipeline().addValve(new RemoteIpValve());
        Tomcat.addServlet(context, "lab", LabServlet.class.getName());
        context.addServletMappingDecoded("/lab/*", "lab");
        context.addServletContainerInitializer(new JasperInitializer(), null);
        Tomcat.addServlet(context, "jsp", JspServlet.class.getName());
        context.addServletMappingDecoded("*.jsp", "jsp");
        tomcat.getHost().addChild(context);
        return context.getState() == LifecycleState.STARTED ? null : "the application does not start";
    }

    private static java.net.URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (java.net.MalformedURLException error) {
            throw new IllegalArgumentException(error);
        }
    }

    @Override
    public void undeploy(String path) {
        tomcat.getHost().removeChild(tomcat.getHost().findChild(path));
    }

    @Override
    public String[] foreign() {
        return new String[] {"WEB-INF/jetty-web.xml"};
    }
}
